/* SwiftPM wants a source file; the headers are all there is. */
