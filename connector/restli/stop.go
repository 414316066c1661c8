package restli

// Stop says why a listing is at its end, or why the pager goes no further. The zero value means that there is another page.
type Stop string

// The reasons to stop.
const (
	StopEmpty    Stop = "empty"    // an empty page without a link to another, or two empty pages running
	StopShort    Stop = "short"    // fewer elements than asked for, no link, no total that speaks against it
	StopTotal    Stop = "total"    // as many elements as the listing has
	StopCursor   Stop = "cursor"   // a listing that goes by cursors, and no link with another
	StopRepeated Stop = "repeated" // the page was served before: its elements are not to be used again
	StopLoop     Stop = "loop"     // the link to the next page does not lead forward
	StopPages    Stop = "pages"    // PagerOptions.MaxPages
	StopWindow   Stop = "window"   // PagerOptions.Window
)

// Cut reports whether the listing may go on beyond where the pager stopped.
func (s Stop) Cut() bool {
	return s == StopRepeated || s == StopLoop || s == StopPages || s == StopWindow
}
