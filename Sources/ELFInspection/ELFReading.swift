// What admission asks of a file is in a module of its own, which is all that a host links; whoever inspects
// files has both by one name.
@_exported public import ELFReading
