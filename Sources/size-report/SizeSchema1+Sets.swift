internal import Platform
internal import Reporting
internal import SizeAnalysis

extension SizeSchema1 {
  func writeDuplicates(to json: inout Writer) throws(SystemError) {
    json.member("duplicates")
    json.beginArray()
    for row in findings.top(findings.all.duplicates()) {
      json.beginObject(.inline)
      try json.member("name", findings.names.name(row.name))
      try json.member("demangled", findings.names.demangled(row.name))
      try json.member("owner", row.owner.rawValue)
      try json.member("same", row.likeness.rawValue)
      try json.member("names", row.names)
      try json.member("files", row.files)
      try json.member("bytes", row.bytes)
      try json.member("wasted", row.wasted)
      try json.endObject()
    }
    try json.endArray()
  }

  func writeSets(to json: inout Writer) throws(SystemError) {
    json.member("sets")
    json.beginArray()
    let sets = Array(zip(findings.request.paths, findings.sets))
    for (index, (path, set)) in sets.enumerated() {
      let shipping = set.shipping
      json.beginObject()
      try json.member("path", path)
      try json.member("fixed", shipping.fixed)
      try json.member("plugins", shipping.plugins)
      try json.member("pluginBytes", shipping.pluginBytes)
      if let floor = set.floorOfPlugins {
        json.member("runtime")
        json.beginObject(.inline)
        try json.member("plugins", floor.plugins)
        try json.member("own", floor.own)
        try json.member("floor", floor.floor)
        try json.member("once", floor.once)
        try json.member("duplicated", floor.duplicated)
        try json.member("sharingPaysFrom", floor.sharingPaysFrom)
        try json.endObject()
      }
      json.member("breakEven")
      json.beginArray()
      for (other, (otherPath, otherSet)) in sets.enumerated()
      where other != index && shipping.plugins > 0 && otherSet.shipping.plugins > 0 {
        json.beginObject(.inline)
        try json.member("against", otherPath)
        try json.member("plugins", shipping.breakEven(against: otherSet.shipping))
        try json.endObject()
      }
      try json.endArray()
      try json.endObject()
    }
    try json.endArray()
  }

  func write(_ prediction: PredictionReport, to json: inout Writer) throws(SystemError) {
    json.member("prediction")
    json.beginObject()
    try json.member("metric", "memory.anonymous")
    json.member("variants")
    json.beginArray()
    for check in prediction.checks {
      json.beginObject(.inline)
      try json.member("variant", check.variant.name)
      try json.member("plugins", check.plugins)
      try json.member("predicted", check.predicted)
      try json.member("loader", check.loader)
      try json.member("measured", check.variant.perPlugin)
      try json.member("low", check.variant.low)
      try json.member("high", check.variant.high)
      try json.member("ratio", check.ratio)
      try json.member("reference", check.isReference)
      try json.endObject()
    }
    try json.endArray()
    json.member("missing")
    json.beginArray()
    for (variant, reason) in prediction.missing {
      json.beginObject(.inline)
      try json.member("variant", variant)
      try json.member("reason", reason)
      try json.endObject()
    }
    try json.endArray()
    try json.member("least", prediction.ratios.min())
    try json.member("most", prediction.ratios.max())
    try json.endObject()
  }
}
