package sandbox

import "fmt"

// firstHandle is the number of member 0's email address; member 1 has the next one.
const firstHandle = 3_775_700_000

// emailAddress is the address of the token's member; there may be none.
func (c *call) emailAddress() (any, *apiError) {
	if refusal := c.checkFinder(); refusal != nil {
		return nil, refusal
	}
	elements := []any{}
	if c.server.crowd.Member(c.token.member).Email != "" {
		elements = append(elements, map[string]any{"handle": handleURN(c.token.member)})
	}
	page := map[string]any{"elements": elements}
	if c.mask == nil {
		return page, nil
	}
	return c.project(page, c.mask), nil
}

func handleURN(member int) string {
	return fmt.Sprintf("urn:li:emailAddress:%d", firstHandle+member)
}

// expandHandle shows an email address within an answer; a token shows only its own member's.
func (c *call) expandHandle(urn string) (any, *apiError) {
	if urn != handleURN(c.token.member) {
		return nil, &noEntity
	}
	return map[string]any{"emailAddress": c.server.crowd.Member(c.token.member).Email}, nil
}
