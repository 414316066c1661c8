//go:build !race

package host

// patience stretches the times that tests allow, for a machine that is busy.
const patience = 2

const underRace = false
