extension ValueDeclaration {
  /// The value in Rust, and how it crosses. Lies beside the modules of the values that it holds.
  func rust(_ values: [ValueDeclaration]) -> String {
    let names = ValueNames(values)
    let head = """
      //! The value \(id).
      //!
      //! Written from the Swift type '\(name)' by `plugin-interface header --language rust`; not to be edited by hand.
      #![allow(dead_code, unused_imports, clippy::all)]

      use plugin_runtime::abi::*;
      use plugin_runtime::{Crossing, Error, Given, Lending, Services};
      \(valueNames.map { "use super::\(names[$0])::\(lastName($0));\n" }.joined())
      \(commentInRust(comment, indent: ""))
      """
    switch kind {
    case .enumeration(_, let c, let cases):
      return head + enumeration(CrossingType.scalarInRust(c), cases)
    case .structure(let fields): return head + structure(fields)
    }
  }

  private func enumeration(_ raw: String, _ cases: [Case]) -> String {
    let declared = cases.map {
      commentInRust($0.comment, indent: "    ") + "    \($0.nameInRust) = \($0.rawValue),\n"
    }.joined()
    let read = cases.map { "            \($0.rawValue) => Ok(Self::\($0.nameInRust)),\n" }.joined()
    return """
      #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
      #[repr(\(raw))]
      pub enum \(name) {
      \(declared)}

      impl Crossing for \(name) {
          type C = \(raw);

          unsafe fn read(c: &\(raw)) -> Result<Self, Error> {
              match *c {
      \(read)            other => Err(Error::unknown("\(id)", other)),
              }
          }

          fn lend(&self, _: &mut Lending) -> \(raw) {
              *self as \(raw)
          }

          fn give(&self, _: &Services) -> Result<\(raw), Error> {
              Ok(*self as \(raw))
          }

          unsafe fn release(_: &\(raw), _: &Services) {}
      }

      """
  }

  private func structure(_ fields: [Field]) -> String {
    let declared = fields.map {
      commentInRust($0.comment, indent: "    ")
        + "    pub \(rustName($0.name)): \($0.type.inRust),\n"
    }.joined()
    func each(_ line: (String, CrossingType) -> String) -> String {
      fields.map { line(rustName($0.name), $0.type) + "\n" }.joined()
    }
    return """
      #[derive(Clone, Debug, PartialEq)]
      pub struct \(name) {
      \(declared)}

      #[derive(Clone, Copy)]
      #[repr(C)]
      pub struct \(name)C {
      \(each { "    pub \($0): \($1.crossingInRust)," })}

      impl Crossing for \(name) {
          type C = \(name)C;

          unsafe fn read(c: &\(name)C) -> Result<Self, Error> {
              Ok(Self {
      \(each { "            \($0): <\($1.inRust) as Crossing>::read(&c.\($0))?," })        })
          }

          fn lend(&self, lending: &mut Lending) -> \(name)C {
              \(name)C {
      \(each { name, _ in "            \(name): self.\(name).lend(lending)," })        }
          }

          fn give(&self, services: &Services) -> Result<\(name)C, Error> {
              // What was made goes again where the next one cannot be.
      \(each { name, _ in "        let \(name) = Given::new(&self.\(name), services)?;" })\
              Ok(\(name)C {
      \(each { name, _ in "            \(name): \(name).done()," })        })
          }

          unsafe fn release(c: &\(name)C, services: &Services) {
      \(each { "        <\($1.inRust) as Crossing>::release(&c.\($0), services);" })    }
      }

      """
  }
}

extension ValueDeclaration.Case {
  /// `Plain` of `plain`.
  fileprivate var nameInRust: String { name.prefix(1).uppercased() + name.dropFirst() }
}
