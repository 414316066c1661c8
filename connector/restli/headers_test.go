package restli

import (
	"net/http"
	"testing"
)

func TestHeadersAreInTheFormOfNetHTTP(t *testing.T) {
	for _, name := range []string{headerProtocol, headerMethod, headerOverride, headerVersion} {
		if want := http.CanonicalHeaderKey(name); name != want {
			t.Errorf("%s is made into %s for each request; write it so", name, want)
		}
	}
}
