package people

import "sync"

// Crowd is a fixed number of members. It is safe for concurrent use.
type Crowd struct {
	seed uint64
	n    int

	once  sync.Once // makes texts at the first search: a start should not wait for it
	texts []texts   // what a search looks at

	network network
}

// New returns a crowd of n members, at least one.
func New(seed uint64, n int) *Crowd {
	return &Crowd{seed: seed, n: max(n, 1)}
}

// Len returns the number of members.
func (c *Crowd) Len() int { return c.n }

// Member invents the member at index i, which must be in range. It takes some microseconds.
func (c *Crowd) Member(i int) *Member {
	m := invent(c.seed, i)
	return &m
}

// searchable returns what a search looks at, for each member.
func (c *Crowd) searchable() []texts {
	c.once.Do(func() {
		c.texts = make([]texts, c.n)
		for i := range c.texts {
			c.texts[i] = foldMember(c.Member(i))
		}
	})
	return c.texts
}
