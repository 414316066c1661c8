package conform

import (
	"context"
	"slices"

	"github.com/linkstep/linkstep/plugin"
	"github.com/linkstep/linkstep/plugin/host"
)

// disconnectForgets logs a connection of its own in and takes it away, with
// what the host deletes then: nothing may be left of it, in the process or in
// the store. It comes before the login that the other cases go by, as a vendor
// may take only the latest.
func disconnectForgets(ctx context.Context, s *subject) error {
	if s.desc.Auth == nil {
		return notRun("the connector needs no connection")
	}
	conn := s.newcomer("leaving")
	if conn == nil {
		return s.login
	}
	res, err := s.logIn(ctx, conn)
	switch {
	case s.stuck != "":
		return err
	case err != nil || !res.Done:
		return notRun("the connection could not be logged in")
	}
	if err := s.disconnect(ctx, conn); err != nil {
		return s.unexpected(err, "Disconnect drops what the process holds of a connection; it is no error.")
	}
	if err := s.goneFromProcess(ctx, conn); err != nil {
		return err
	}
	if s.store != nil { // as the host does once the connector has let go
		if _, err := s.store.Delete(ctx, &plugin.DeleteRequest{Prefix: plugin.ConnectionPrefix(s.desc.Name, conn.ID)}); err != nil {
			return notRun("the store cannot be deleted from: %s", say(err))
		}
	}
	after, err := s.check(ctx, conn)
	switch {
	case isVerdict(err):
		return err
	case err != nil: // what a check says without a login is a case of its own
		return nil
	}
	if after.Token.Present {
		return faultf("Drop the token from memory in Disconnect, and store it below plugin.ConnectionPrefix only: the host deletes that.",
			"the connection was disconnected and what is stored of it deleted, and the check after connecting anew says that a token is present")
	}
	return s.disconnect(ctx, conn)
}

// goneFromProcess asks for an action of a connection that was disconnected,
// which a host would connect anew. Called directly that cannot be asked.
func (s *subject) goneFromProcess(ctx context.Context, conn *host.Connection) error {
	spec, example := s.anyExample()
	if example == nil {
		return nil
	}
	err := s.behindHost(func(desc *plugin.Description) error {
		desc.Auth = nil // or the host would want a connection
		req := input(spec.Name, slices.Clone(example.Input))
		req.Connection = conn.ID
		_, err := s.invoke(ctx, nil, req, nil)
		return s.wantKind(err, "an action of a connection that was disconnected",
			"Take the connection out of the process in Disconnect: an error of kind unknown_name follows from that.", plugin.UnknownName)
	})
	if isFault(err) {
		return err
	}
	return nil
}
