package connector

import (
	"encoding/json"
	"net/url"
	"strconv"
	"time"
)

// picture is a decorated profile picture: one element for each size.
type picture struct {
	Streams struct {
		Elements []struct {
			Data struct {
				StillImage struct {
					StorageSize struct {
						Width  int `json:"width"`
						Height int `json:"height"`
					} `json:"storageSize"`
				} `json:"com.linkedin.digitalmedia.mediaartifact.StillImage"`
			} `json:"data"`
			Identifiers []struct {
				Identifier string `json:"identifier"`
				// ExpiresAt is a time since 1970, whatever its name says.
				ExpiresAt int64 `json:"identifierExpiresInSeconds"`
			} `json:"identifiers"`
		} `json:"elements"`
	} `json:"displayImage~"`
	Failed json.RawMessage `json:"displayImage!"` // why it could not be decorated
}

// failed reports whether LinkedIn has a picture and could not show it.
func (p *picture) failed() bool { return p != nil && len(p.Failed) > 0 }

// largest returns the widest size, whatever their order; nil without any.
func (p *picture) largest() *Picture {
	if p == nil {
		return nil
	}
	var best *Picture
	for _, e := range p.Streams.Elements {
		size := e.Data.StillImage.StorageSize
		for _, id := range e.Identifiers {
			if id.Identifier == "" || best != nil && size.Width <= best.Width {
				continue
			}
			best = &Picture{URL: id.Identifier, Width: size.Width, Height: size.Height, ExpiresAt: epochText(id.ExpiresAt)}
			if best.ExpiresAt == "" {
				best.ExpiresAt = addressExpiry(id.Identifier)
			}
		}
	}
	return best
}

// pictureAt is a picture of which only the address is known.
func pictureAt(address string) *Picture {
	if address == "" {
		return nil
	}
	return &Picture{URL: address, ExpiresAt: addressExpiry(address)}
}

// addressExpiry reads the parameter e of a picture's address: the time since
// 1970 at which it stops working. Empty when there is none.
func addressExpiry(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	n, err := strconv.ParseInt(u.Query().Get("e"), 10, 64)
	if err != nil {
		return ""
	}
	return epochText(n)
}

// epochText writes seconds since 1970; empty for what is no such time.
func epochText(seconds int64) string {
	if seconds <= 0 || seconds > 1<<40 {
		return ""
	}
	return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
}

// life is how long a reply with this picture may be kept: never past the end
// of its address.
func (p *Picture) life(longest time.Duration, now time.Time) time.Duration {
	if p == nil || p.ExpiresAt == "" {
		return longest
	}
	end, err := time.Parse(time.RFC3339, p.ExpiresAt)
	if err != nil {
		return longest
	}
	return min(longest, end.Sub(now))
}
