package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// assetPrefix begins the URN of a picture.
const assetPrefix = "urn:li:digitalmediaAsset:"

// pictureLife is how long the address of a picture works; unverified, real ones differ.
const pictureLife = 60 * 24 * time.Hour

// pictureSizes are the widths in which a profile picture is kept.
var pictureSizes = []int{100, 200, 400, 800}

// pictureExpiry is the end of today's addresses. It changes once a day, so that answers compare.
func pictureExpiry(now time.Time) int64 {
	return now.Truncate(24 * time.Hour).Add(pictureLife).Unix()
}

// pictureURL is the address of a picture, on LinkedIn's host: nothing is served there for it.
func pictureURL(asset string, size int, now time.Time) string {
	return fmt.Sprintf("https://media.licdn.com/dms/image/%s/profile-displayphoto-shrink_%d_%d/0/1598104395631?e=%d&v=beta&t=sandbox",
		asset, size, size, pictureExpiry(now))
}

// playableStreams expands the URN of a picture to its four sizes.
func playableStreams(urn string, now time.Time) map[string]any {
	asset := strings.TrimPrefix(urn, assetPrefix)
	var elements []any
	for _, size := range pictureSizes {
		elements = append(elements, pictureElement(urn, asset, size, now))
	}
	return map[string]any{
		"paging":   map[string]any{"count": 10, "start": 0, "links": []any{}},
		"elements": elements,
	}
}

// pictureElement is one size of a picture, as in the capture of the reference, section 4.3.
func pictureElement(urn, asset string, size int, now time.Time) map[string]any {
	class := fmt.Sprintf("profile-displayphoto-shrink_%d_%d", size, size)
	aspect := map[string]any{"widthAspect": 1, "heightAspect": 1, "formatted": "1.00:1.00"}
	return map[string]any{
		"artifact":            fmt.Sprintf("urn:li:digitalmediaMediaArtifact:(%s,urn:li:digitalmediaMediaArtifactClass:%s)", urn, class),
		"authorizationMethod": "PUBLIC",
		"data": map[string]any{"com.linkedin.digitalmedia.mediaartifact.StillImage": map[string]any{
			"mediaType":          "image/jpeg",
			"rawCodecSpec":       map[string]any{"name": "jpeg", "type": "image"},
			"displaySize":        map[string]any{"width": size, "uom": "PX", "height": size},
			"storageSize":        map[string]any{"width": size, "height": size},
			"storageAspectRatio": aspect,
			"displayAspectRatio": aspect,
		}},
		"identifiers": []any{map[string]any{
			"identifier":                 pictureURL(asset, size, now),
			"index":                      0,
			"mediaType":                  "image/jpeg",
			"file":                       fmt.Sprintf("urn:li:digitalmediaFile:(%s,urn:li:digitalmediaArtifactClass:%s,0)", urn, class),
			"identifierType":             "EXTERNAL_URL",
			"identifierExpiresInSeconds": pictureExpiry(now), // an absolute time, whatever its name says
		}},
	}
}
