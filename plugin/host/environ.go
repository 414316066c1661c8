package host

import (
	"os"
	"strings"
)

// passedOn are the variables of the host that a plugin process gets; the rest
// stays behind, secrets included. go-plugin adds its own PLUGIN_* and the
// cookie.
var passedOn = []string{
	"TMPDIR", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"GOMEMLIMIT", "GOTRACEBACK", "GOCOVERDIR",
}

// pluginEnv returns the host's variables that a plugin process gets.
func pluginEnv() []string {
	var env []string
	for _, name := range passedOn {
		if value, ok := os.LookupEnv(name); ok && !strings.ContainsRune(value, 0) {
			env = append(env, name+"="+value)
		}
	}
	return env
}
