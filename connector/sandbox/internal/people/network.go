package people

import (
	"math/rand/v2"
	"slices"
	"sync"
)

// bonds is half the number of connections that a member of a large crowd has.
const bonds = 256

// network says who is connected with whom: members lie on a ring, and each is connected with those
// at certain distances on both sides, so that connections are mutual without being kept anywhere.
type network struct {
	once      sync.Once // makes distances at first use
	distances []int
}

// Connections returns whom the member at index i is connected with, in ascending order. In a crowd
// of some hundreds and more everybody has 512 connections, in a smaller one fewer.
func (c *Crowd) Connections(i int) []int {
	c.network.once.Do(func() {
		d := rand.New(rand.NewPCG(c.seed, 0))
		c.network.distances = d.Perm((c.n - 1) / 2)
		c.network.distances = c.network.distances[:min(bonds, len(c.network.distances))]
	})
	var connected []int
	for _, d := range c.network.distances {
		connected = append(connected, (i+d+1)%c.n, (i-d-1+c.n)%c.n)
	}
	slices.Sort(connected)
	return slices.Compact(connected)
}

// Follows reports whether member i follows the page that member admin administers: every third does.
func (c *Crowd) Follows(i, admin int) bool {
	return i != admin && rand.New(rand.NewPCG(c.seed+uint64(admin), uint64(i))).IntN(3) == 0
}
