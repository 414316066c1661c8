//go:build !race

package host

// patience stretches the times that tests allow.
const patience = 1
