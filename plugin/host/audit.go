package host

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/linkstep/linkstep/plugin"
)

// Audit is a trail of what was done with connections. The audit trail of
// plugin/store is one.
type Audit interface {
	// Append adds an entry. An error says that it is not in the trail.
	Append(ctx context.Context, e *plugin.AuditEntry) error
}

// What the host does itself stands in the trail by these names. No connector
// can be called host.
const (
	auditAuthorize  = hostName + ".authorize"
	auditCheck      = hostName + ".check"
	auditDisconnect = hostName + ".disconnect"
)

const (
	auditSubjects = 1000            // members of one entry at most
	auditTime     = 5 * time.Second // that an entry may take, beyond the end of its call
	auditNotice   = "audit_unavailable"
	auditMissing  = "what was done is not in the audit trail, which cannot be written to"
	purposeMax    = 1024 // bytes
)

// Record adds an entry for something that was done with a member's data, and
// that ended with err. It is one entry for each 1,000 members. Without a trail
// it does nothing. It outlasts the end of ctx: what was done was done.
func (h *Host) Record(ctx context.Context, e *plugin.AuditEntry, err error) error {
	if h.audit == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), auditTime)
	defer cancel()
	entry := *e
	entry.Outcome = "ok"
	if err != nil {
		entry.Subjects, entry.Outcome = nil, plugin.AsError(err).Kind.String()
	}
	subjects := slices.Compact(slices.Sorted(slices.Values(entry.Subjects)))
	for more := true; more; more = len(subjects) > 0 {
		n := min(len(subjects), auditSubjects)
		entry.Subjects, subjects = subjects[:n], subjects[n:]
		if err := h.audit.Append(ctx, &entry); err != nil {
			h.log.Warn("an entry is missing in the audit trail", "connection", entry.Connection, "action", entry.Action, "error", err)
			return err
		}
	}
	return nil
}

// recordAction records an action. When the trail refuses it, the result says
// so in a notice and stands.
func (p *Plugin) recordAction(ctx context.Context, conn *Connection, spec *plugin.ActionSpec, req *plugin.InvokeRequest, emit func(*plugin.Event) error, res *plugin.Result, err error) *plugin.Result {
	if conn == nil || p.host.audit == nil {
		return res
	}
	entry := &plugin.AuditEntry{Connection: conn.Name, Action: p.Description().Name + "." + spec.Name, Purpose: req.Purpose}
	if res != nil {
		entry.Subjects = res.Subjects
	}
	if p.host.Record(ctx, entry, err) == nil {
		return res
	}
	notice := plugin.Event{Type: plugin.EventNotice, Code: auditNotice, Message: auditMissing}
	if emit != nil {
		_ = emit(&notice) // it cannot stop what is over
	}
	if res == nil {
		return nil
	}
	marked := *res
	marked.Meta.Notices = append(slices.Clone(res.Meta.Notices), notice)
	return &marked
}

// recordAccount records that the host has read the account of a connection.
// It returns what a check or a login has to say of it, nil for nothing.
func (p *Plugin) recordAccount(ctx context.Context, conn *Connection, action string, account plugin.Account, err error) []plugin.Diagnostic {
	entry := &plugin.AuditEntry{Connection: conn.Name, Action: action}
	if account.URN != "" {
		entry.Subjects = []string{account.URN}
	}
	if p.host.Record(ctx, entry, err) == nil {
		return nil
	}
	return []plugin.Diagnostic{{Severity: plugin.Warning, Message: auditMissing, Hint: "The log says why. The trail goes on as soon as its store is back."}}
}

// checkPurpose refuses a purpose that the trail could not keep.
func checkPurpose(purpose string) error {
	if len(purpose) <= purposeMax && utf8.ValidString(purpose) && !strings.Contains(purpose, "\x00") {
		return nil
	}
	return &plugin.Error{
		Kind: plugin.InvalidInput, Source: plugin.SourceCaller, Effect: plugin.EffectNone,
		Message: "the purpose is no plain text of at most 1,024 bytes", Hint: "Say in a sentence why the data is asked for.",
	}
}
