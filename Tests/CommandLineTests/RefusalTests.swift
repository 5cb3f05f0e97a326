import CommandLine
import Testing

@Suite struct RefusalTests {
  @Test(arguments: [
    (
      ["--plugns", "3"], "unknown option '--plugns'; did you mean '--plugins'? See 'bench --help'."
    ),
    (
      ["-plugins", "3"], "unknown option '-plugins'; did you mean '--plugins'? See 'bench --help'."
    ),
    (["--Cold"], "unknown option '--Cold'; did you mean '--cold'? See 'bench --help'."),
    (["--hlep"], "unknown option '--hlep'; did you mean '--help'? See 'bench --help'."),
    (["--colour=x"], "unknown option '--colour'; see 'bench --help'"),
    (["-x"], "unknown option '-x'; see 'bench --help'"),
    (["--=1"], "unknown option '--'; see 'bench --help'"),
    (["compare", "--cold"], "unknown option '--cold'; see 'bench compare --help'"),
    (["compar"], "unknown subcommand 'compar'; did you mean 'compare'? See 'bench --help'."),
    (["help", "rnu"], "unknown subcommand 'rnu'; did you mean 'run'? See 'bench --help'."),
    (["help", "run", "x"], "unknown subcommand 'x'; see 'bench run --help'"),
    ([""], "unknown subcommand ''; see 'bench --help'"),
    (
      ["--quiet", "compare"], "unexpected argument 'compare'; a subcommand comes before its options"
    ),
    (["--cold", "x"], "unexpected argument 'x'; see 'bench --help'"),
    (["--", "x"], "unexpected argument 'x'; see 'bench --help'"),
    (["run", "x"], "unexpected argument 'x'; see 'bench run --help'"),
    ([], "missing option '--plugins'; see 'bench --help'"),
    (["compare"], "missing argument 'BASELINE'; see 'bench compare --help'"),
    (["compare", "a"], "missing argument 'RESULT'; see 'bench compare --help'"),
    (["compare", "a", "b", ""], "'RESULT' needs a value, not ''"),
    (["--plugins"], "'--plugins' needs a value (N[,N…])"),
    (["-n", ""], "'--plugins' needs a value (N[,N…]), not ''"),
    (["--plugins="], "'--plugins' needs a value (N[,N…]), not ''"),
    (
      ["--plugins", "--cold"],
      "'--plugins' needs a value (N[,N…]), not '--cold'; "
        + "write '--plugins=…' if the value begins with '-'"
    ),
    (["--cold=yes"], "'--cold' takes no value, but 'yes' was given"),
    (["--cold="], "'--cold' takes no value, but '' was given"),
    (["--help=run"], "'--help' takes no value, but 'run' was given"),
    (["--profile"], "'--profile' needs one of tiny, typical or large"),
    (["--profile="], "'--profile' needs one of tiny, typical or large, not ''"),
    (["--profile", "huge"], "'--profile' needs one of tiny, typical or large, not 'huge'"),
    (
      ["--profile", "typcial"],
      "'--profile' needs one of tiny, typical or large, not 'typcial'; did you mean 'typical'?"
    ),
  ])
  func `A refusal says in one sentence what is wrong and what helps`(
    words: [String], sentence: String
  ) {
    #expect(Example.bench.refusal(words)?.description == sentence)
  }

  @Test func `Without a default a subcommand must be named`() {
    #expect(
      Example.host.refusal([])?.description
        == "'host' needs a subcommand: list, inspect or cache; see 'host --help'")
    #expect(
      Example.host.refusal(["cache"])?.description
        == "'host cache' needs a subcommand: clear; see 'host cache --help'")
  }

  @Test func `A refusal carries its parts`() {
    #expect(
      Example.size.refusal(["x", "--format", "jsno"])
        == CommandLineError(
          .invalidValue, subject: "--format", found: "jsno",
          expected: "one of text, json, csv, markdown or html", fix: "did you mean 'json'?"))
  }

  @Test func `The first problem is the one reported, unless help was asked for before it`() throws {
    #expect(Example.bench.refusal(["--cold=1", "--plugns"])?.code == .unexpectedValue)
    #expect(Example.bench.refusal(["--plugns", "--help"])?.code == .unknownOption)
    #expect(try Example.bench.parse(["--help", "--plugns"]) == .help(Example.bench.help()))
  }

  @Test func `A subcommand may take more values for an option than the commands above it`() throws {
    let inner = Command(
      name: "b", abstract: "", options: [.value("--x", "X", help: "", choices: ["one", "two"])])
    let outer = Command(
      name: "a", abstract: "", options: [.value("--x", "X", help: "", choices: ["one"])],
      subcommands: [inner, Command(name: "c", abstract: "")])
    guard case .run(_, let values) = try outer.parse(["b", "--x", "two"]) else {
      Issue.record("nothing is run")
      return
    }
    #expect(values.value("--x") == "two")
    #expect(outer.refusal(["c", "--x", "two"])?.code == .invalidValue)
  }

  @Test func `A declaration that contradicts itself stops the program`() async {
    await #expect(processExitsWith: .failure) {
      _ = Command(name: "a", abstract: "", options: [.flag("--help", help: "")])
    }
    await #expect(processExitsWith: .failure) {
      let inner = Command(name: "b", abstract: "", options: [.flag("--x", help: "")])
      let outer = Command(name: "c", abstract: "", subcommands: [inner])
      _ = Command(
        name: "a", abstract: "", options: [.flag("--x", help: "")], subcommands: [outer])
    }
    await #expect(processExitsWith: .failure) {
      _ = Command(name: "a", abstract: "", defaultSubcommand: "b")
    }
    await #expect(processExitsWith: .failure) {
      _ = Command(
        name: "a", abstract: "",
        arguments: [Argument("X", help: "", count: .optional), Argument("Y", help: "")])
    }
    await #expect(processExitsWith: .failure) {
      _ = Command(
        name: "a", abstract: "", arguments: [Argument("X", help: "")],
        subcommands: [Command(name: "b", abstract: "")])
    }
    await #expect(processExitsWith: .failure) {
      _ = Option.value("--x", "X", default: "c", help: "", choices: ["a", "b"])
    }
    await #expect(processExitsWith: .failure) { _ = Option.flag("-x", help: "") }
    await #expect(processExitsWith: .failure) { _ = Option.flag("--x", short: "5", help: "") }
  }
}
