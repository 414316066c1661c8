// Command linkstep-linkedin is the LinkedIn connector as a plugin process. It
// is started by a host, not by hand.
package main

import (
	"log/slog"

	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/serve"
)

func main() {
	serve.Main(func(log *slog.Logger) plugin.Connector {
		return connector.New(&connector.Options{Logger: log})
	})
}
