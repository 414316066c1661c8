package host

import (
	"os"
	"strconv"
	"strings"
)

// memoryLimit is the variable by which the Go runtime of a plugin is told how
// much memory it may use.
const memoryLimit = "GOMEMLIMIT"

// passedOn are the variables of the host that a plugin process gets; the rest
// stays behind, secrets included. go-plugin adds its own PLUGIN_* and the
// cookie.
var passedOn = []string{
	"TMPDIR", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	memoryLimit, "GOTRACEBACK", "GOCOVERDIR",
}

// pluginEnv returns the variables that a plugin process gets: the host's, and
// a memory limit in bytes unless that is zero.
func pluginEnv(memory int64) []string {
	var env []string
	for _, name := range passedOn {
		value, ok := os.LookupEnv(name)
		if name == memoryLimit && memory > 0 {
			value, ok = strconv.FormatInt(memory, 10), true
		}
		if ok && !strings.ContainsRune(value, 0) {
			env = append(env, name+"="+value)
		}
	}
	return env
}
