import Measurement
import Platform
import Reporting
import TestSupport
import Testing

@testable import Regression

/// Formats that are described as structures, held against these descriptions by a validator that is not
/// ours. The schemas are written from the documents that they name.
@Suite("Formats of verdicts against their published descriptions")
struct VerdictSchemaTests {
  private static let assessments = [
    VerdictFormatTests.assessment(), VerdictFormatTests.assessment(.gate), VerdictFormatTests.empty,
  ]

  /// github-action-benchmark, README, "Custom": name, unit and value, and if one likes range and extra.
  private static let benchmarkAction = """
    {"type": "array", "items": {
       "type": "object", "required": ["name", "unit", "value"], "additionalProperties": False,
       "properties": {
         "name": {"type": "string", "minLength": 1}, "unit": {"type": "string", "minLength": 1},
         "value": {"type": "number"}, "range": {"type": "string"}, "extra": {"type": "string"}}}}
    """

  /// bencher.dev, "Bencher Metric Format": benchmarks of measures of a value and its bounds; names of at
  /// most 1024 and 64 characters.
  private static let bencher = """
    {"type": "object", "propertyNames": {"minLength": 1, "maxLength": 1024},
     "additionalProperties": {
       "type": "object", "minProperties": 1, "propertyNames": {"minLength": 1, "maxLength": 64},
       "additionalProperties": {
         "type": "object", "required": ["value"], "additionalProperties": False,
         "properties": {"value": {"type": "number"}, "lower_value": {"type": "number"},
                        "upper_value": {"type": "number"}}}}}
    """

  /// The part of SARIF 2.1.0 that is written: sections 3.13, 3.14, 3.18, 3.19, 3.27 to 3.30, 3.33 and
  /// 3.49. What is not in it is not written.
  private static let sarif = """
    (lambda text, index: {
      "type": "object", "required": ["version", "runs"], "additionalProperties": False,
      "properties": {
        "$schema": {"type": "string", "format": "uri"}, "version": {"enum": ["2.1.0"]},
        "runs": {"type": "array", "items": {
          "type": "object", "required": ["tool"], "additionalProperties": False,
          "properties": {
            "tool": {"type": "object", "required": ["driver"], "additionalProperties": False,
              "properties": {"driver": {
                "type": "object", "required": ["name"], "additionalProperties": False,
                "properties": {"name": {"type": "string"}, "rules": {
                  "type": "array", "uniqueItems": True, "items": {
                    "type": "object", "required": ["id"], "additionalProperties": False,
                    "properties": {"id": {"type": "string"}, "shortDescription": text,
                                   "fullDescription": text}}}}}}},
            "automationDetails": {"type": "object", "additionalProperties": False,
              "properties": {"id": {"type": "string"}}},
            "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            "results": {"type": "array", "items": {
              "type": "object", "required": ["message"], "additionalProperties": False,
              "properties": {
                "ruleId": {"type": "string"}, "ruleIndex": index,
                "level": {"enum": ["none", "note", "warning", "error"]}, "message": text,
                "locations": {"type": "array", "items": {
                  "type": "object", "additionalProperties": False, "properties": {
                    "physicalLocation": {
                      "type": "object", "required": ["artifactLocation"],
                      "additionalProperties": False, "properties": {
                        "artifactLocation": {
                          "type": "object", "additionalProperties": False,
                          "properties": {"uri": {"type": "string", "format": "uri-reference"}}},
                        "region": {
                          "type": "object", "additionalProperties": False,
                          "properties": {"startLine": {"type": "integer", "minimum": 1}}}}},
                    "logicalLocations": {"type": "array", "items": {
                      "type": "object", "additionalProperties": False,
                      "properties": {"fullyQualifiedName": {"type": "string"}}}}}}},
                "partialFingerprints": {
                  "type": "object", "additionalProperties": {"type": "string"}}}}}}}}}
    })({"type": "object", "required": ["text"], "additionalProperties": False,
        "properties": {"text": {"type": "string", "minLength": 1}}},
       {"type": "integer", "minimum": -1})
    """

  @Test(
    "each document fits, whatever the figures are called",
    .enabled(if: Consumer.jsonschema),
    arguments: [
      (VerdictFormat.benchmarkAction, benchmarkAction), (.bmf, bencher), (.sarif, sarif),
    ])
  func fits(format: VerdictFormat, schema: String) throws {
    for assessment in Self.assessments {
      #expect(try Consumer.violations(of: assessment.text(format), schema: schema) == "")
    }
  }

  @Test("a document that does not fit is told of", .enabled(if: Consumer.jsonschema))
  func noticesViolations() throws {
    let text = VerdictFormatTests.assessment().text(.sarif)
      .replacing("\"level\": \"error\"", with: "\"level\": \"fatal\"")
    let violations = try Consumer.violations(of: text, schema: Self.sarif)
    #expect(violations.contains("level 'fatal'"), "\(violations)")
    for schema in [Self.benchmarkAction, Self.bencher] {
      #expect(try !Consumer.violations(of: "[{\"a\": {\"b\": 1}}]", schema: schema).isEmpty)
    }
  }

  @Test(
    "SARIF fits the schema that OASIS publishes",
    .enabled(if: Consumer.jsonschema && Consumer.sarifSchema != nil))
  func fitsWholeSchema() throws {
    for assessment in Self.assessments {
      let violations = try Consumer.violations(
        of: assessment.text(.sarif), schema: "", file: Consumer.sarifSchema)
      #expect(violations == "")
    }
  }

  @Test(
    "CSV is read by Python's reader: a row for each figure, in columns that have names",
    .enabled(if: Consumer.anyPython))
  func csvIsRead() throws {
    let assessment = VerdictFormatTests.assessment()
    let words = try Consumer.python(
      CSVRenderer().render(assessment.figureTable()),
      """
      import csv
      rows = list(csv.DictReader(open(path, newline=""), strict=True))
      print(len(rows), sorted({len(row) for row in rows}), None in {key for row in rows for key in row})
      print(sorted(row["verdict"] for row in rows))
      print(sum(float(row["candidate"]) for row in rows if row["candidate"]))
      print(any("'%0A" in row["subject"] and '"x"' in row["subject"] for row in rows))
      """)
    #expect(
      words == """
        6 [12] False
        ['better', 'inconclusive', 'inconclusive', 'unchanged', 'worse', 'worse']
        8250217.0
        True

        """)
  }
}
