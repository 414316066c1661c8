//go:build !race

package host

// patience stretches the times that tests allow, for a machine that is busy.
const patience = 2

// beside is how many tests run at the same time: more than there are cores, as
// they wait rather than compute.
const beside = 8

const underRace = false
