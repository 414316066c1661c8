package connector_test

import (
	"bytes"
	"testing"

	"github.com/linkstep/linkstep/connector/sandbox"
)

// An output is read in terminals, too: & stands for itself.
func TestOutputKeepsItsCharacters(t *testing.T) {
	b := newBench(t, sandbox.CommunityClient, nil)
	b.conn = b.connection("me", nil)
	b.logIn(0)
	res := b.invoke("get_profile", `{"fields":["headline"]}`, nil)
	if !bytes.Contains(res.Output, []byte("Juniper & Vale")) {
		t.Errorf("output %s", res.Output)
	}
}
