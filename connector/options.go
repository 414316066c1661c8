package connector

import (
	"context"
	"fmt"

	"github.com/linkstep/linkstep/plugin"
)

// Options implements [plugin.Connector]. No field has choices beyond those of
// its schema yet, and Describe does not promise any.
func (c *Connector) Options(_ context.Context, req *plugin.OptionsRequest) (*plugin.OptionsResponse, error) {
	if _, err := c.action(req.Action); err != nil {
		return nil, err
	}
	e := invalidInput(req.Pointer, fmt.Sprintf("there are no choices to list for the field %s of %s", req.Pointer, req.Action))
	e.Hint = "Fields with a fixed set of choices name them in their schema."
	return nil, e
}
