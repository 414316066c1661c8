// Package pb is the generated code of linkstep.proto; go generate in package
// wire writes it.
package pb
