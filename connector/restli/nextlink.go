package restli

import (
	"strconv"
	"strings"
)

// follow takes the parameters of a link. Those of the listing itself stay as they were asked for: LinkedIn need not write them
// back in the right encoding.
func (p *Pager) follow(link Link) Stop {
	to := p.parse(link.Href)
	sameExtra := to.extra.Encode() == p.extra.Encode()
	if !to.hasStart {
		to.start = p.start
		if sameExtra {
			to.start += to.count
		}
	}
	if sameExtra && to.start <= p.start || to.start < 0 || to.start > maxIndex {
		return StopLoop
	}
	p.start, p.count, p.extra = to.start, to.count, to.extra
	return ""
}

// target is where a link leads.
type target struct {
	start, count int64
	hasStart     bool
	extra        Query // parameters that the listing itself does not have
}

func (p *Pager) parse(href string) target {
	to := target{count: p.count}
	_, raw, _ := strings.Cut(href, "?")
	raw, _, _ = strings.Cut(raw, "#")
	for pair := range strings.SplitSeq(raw, "&") {
		param, ok, err := parseParam(pair, 0)
		if err != nil || !ok {
			continue // unreadable: the listing has its own
		}
		switch param.Name {
		case "start":
			to.start, to.hasStart = indexOf(param.Value)
		case "count":
			if n, ok := indexOf(param.Value); ok && n > 0 {
				to.count = n
			}
		case "q", "bq", "ids", "action", "oauth2_access_token":
			// Written by the method, or never sent.
		default:
			// A badly encoded link has pieces of values that look like parameters, R&D for one: those have no value.
			if _, own := p.base.Get(param.Name); !own && isName(param.Name) && strings.Contains(pair, "=") {
				to.extra = append(to.extra, param)
			}
		}
	}
	return to
}

// indexOf reads the value of start or count.
func indexOf(v Value) (int64, bool) {
	text, _ := v.(String)
	n, err := strconv.ParseInt(string(text), 10, 64)
	return n, err == nil && n <= maxIndex
}
