package restli

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
)

const (
	defaultCount = 10      // page size when none is asked for. learn.microsoft.com/linkedin/shared/api-guide/concepts/pagination, 2026-11-24
	defaultPages = 100     // our own bound against listings that never end
	maxIndex     = 1 << 53 // above this an index is nonsense, and sums stay far from overflow
)

// PagerOptions are the settings of a [Pager].
type PagerOptions struct {
	Count    int64 // page size to ask for; zero means 10, as at LinkedIn
	Start    int64 // index of the first element wanted; zero means the beginning
	MaxPages int   // most pages to read; zero means 100
	Window   int64 // LinkedIn serves no page that starts here or later; zero means no such bound
}

// Pager walks a listing page by page. It sends nothing: ask with the parameters that [Pager.Query] returns, hand the reply
// to [Pager.Advance], and repeat until that returns a [Stop]. It never follows a link to where it points, it takes only the
// parameters from it, so no reply can send the next request to another host.
type Pager struct {
	base Query
	opts PagerOptions

	start int64                      // of the page to ask for
	count int64                      // of the page to ask for
	extra Query                      // parameters that only the last link had, such as a cursor
	pages int                        // pages read
	empty bool                       // the last page was empty
	seen  map[[sha256.Size]byte]bool // hashes of the pages read
}

// NewPager returns a pager for the listing that query asks for: Call.Query, without the finder's name. The parameters start and
// count are the pager's: what query says about them is replaced. Nil options are the defaults.
func NewPager(query Query, options *PagerOptions) *Pager {
	p := &Pager{base: query, seen: map[[sha256.Size]byte]bool{}}
	if options != nil {
		p.opts = *options
	}
	if p.opts.Count <= 0 {
		p.opts.Count = defaultCount
	}
	p.opts.Count = min(p.opts.Count, maxIndex)
	if p.opts.MaxPages <= 0 {
		p.opts.MaxPages = defaultPages
	}
	p.start, p.count = min(max(p.opts.Start, 0), maxIndex), p.opts.Count
	return p
}

// Query returns the parameters of the page to ask for next.
func (p *Pager) Query() Query {
	query := p.base.With("start", Int(p.start)).With("count", Int(p.count))
	return append(query, p.extra...)
}

// Start returns the index of the first element of the page to ask for next.
func (p *Pager) Start() int64 { return p.start }

// Limit makes the page to ask for next, and those after it, no larger than n elements: for the last page, when fewer are still
// wanted. It never makes it larger; n below 1 changes nothing.
func (p *Pager) Limit(n int64) {
	if n >= 1 {
		p.count = min(p.count, n)
	}
}

// Advance takes the page that [Pager.Query] asked for and moves on. It returns "" when there is another page to ask for. The
// page itself is to be used unless the answer is StopRepeated.
//
// A link to the next page decides, also after a short page: some finders filter what they have fetched. Without one the listing
// ends with an empty page, with a page that reaches the total, with a short page unless the total says that more remains, and
// where links had cursors.
func (p *Pager) Advance(c *Collection) Stop {
	p.pages++
	empty := len(c.Elements) == 0
	if !empty {
		sum := pageHash(c.Elements)
		if p.seen[sum] {
			return StopRepeated
		}
		p.seen[sum] = true
	}
	stop := Stop("")
	if link, ok := c.Next(); !ok {
		stop = p.step(c)
	} else if empty && p.empty {
		stop = StopEmpty
	} else {
		stop = p.follow(link)
	}
	p.empty = empty
	switch {
	case stop != "":
		return stop
	case p.opts.Window > 0 && p.start >= p.opts.Window:
		return StopWindow
	case p.pages >= p.opts.MaxPages:
		return StopPages
	}
	return ""
}

// step moves on by one page where the reply has no link to the next.
func (p *Pager) step(c *Collection) Stop {
	got, count, total := int64(len(c.Elements)), p.count, int64(0)
	if c.Paging != nil {
		if c.Paging.Count > 0 && c.Paging.Count <= maxIndex {
			count = c.Paging.Count // a server that serves smaller pages than asked for says so here
		}
		if c.Paging.Total != nil {
			total = *c.Paging.Total
		}
	}
	next := p.start + max(got, count)
	switch {
	case got == 0:
		return StopEmpty
	case total > 0 && next >= total:
		return StopTotal
	case total <= 0 && got < count:
		return StopShort
	case len(p.extra) > 0:
		return StopCursor
	case next > maxIndex:
		return StopLoop
	}
	p.start = next
	return ""
}

// pageHash is the same for the same elements, whatever the order of their fields and the white space.
func pageHash(elements []json.RawMessage) [sha256.Size]byte {
	sum := sha256.New()
	for _, raw := range elements {
		var v any
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber() // an id above 2^53 must stay what it is
		if err := d.Decode(&v); err == nil {
			if canonical, err := json.Marshal(v); err == nil {
				raw = canonical
			}
		}
		sum.Write(raw)
		sum.Write([]byte{0})
	}
	return [sha256.Size]byte(sum.Sum(nil))
}
