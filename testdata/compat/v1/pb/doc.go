// Package pb is the generated code of protocol 1, frozen.
package pb
