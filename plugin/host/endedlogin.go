package host

import (
	"context"

	"github.com/linkstep/linkstep/plugin"
)

// forgetName takes the account's name out of a saved connection whose login is
// gone for good: the connector has no token of it any more, because the vendor
// has revoked it. One that has merely run out is still there. What else is saved
// stays for the next login; a name that is to be kept must be asked for anew.
//
// The connection that the caller has is in use and stays as it is.
func (p *Plugin) forgetName(ctx context.Context, conn *Connection) {
	saved := p.host.Connections()
	if saved.store == nil || p.Description().Auth == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), auditTime)
	defer cancel()
	// Read before the check: a login in between makes it another revision.
	kept, revision, err := saved.read(ctx, conn.Name)
	if err == nil && (kept == nil || kept.ID != conn.ID || kept.Account.Name == "") {
		return
	}
	var res *plugin.CheckResponse
	if err == nil {
		res, err = p.check(ctx, conn, &plugin.CheckRequest{})
	}
	if err == nil && !res.Token.Present {
		kept.Account.Name = ""
		_, err = saved.swap(ctx, kept, revision)
	}
	if err != nil {
		p.host.log.Warn("the name of an account whose login may have ended is not deleted yet", "connection", conn.Name, "error", err)
	}
}
