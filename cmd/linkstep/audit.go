package main

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/linkstep/linkstep/plugin/store"
)

const auditLong = `Show what was done with the connections of this store, the newest first: when,
on which host, with which connection, which action, the data of how many
members, the purpose that the caller gave (invoke --purpose), and how it ended.
What was asked and answered is never kept.

Actions are recorded, and what the host does itself with an account: log in
(host.authorize), check --deep (host.check), disconnect, and export or erase a
member's data. The outcome is ok when there was an answer: also that of a check
which tells of a dead login. Members are kept as keyed hashes: --member finds the rows about
one, and nothing else tells who they were.

Rows are kept for 90 days, or as long as LINKSTEP_AUDIT_RETENTION says, for
example 30d.`

// auditFlags are the flags of linkstep audit.
type auditFlags struct {
	connection, member, since string
	limit                     int
}

// auditLimit is the most rows of one listing.
const auditLimit = 100_000

func (a *app) auditCommand() *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use: "audit", Short: "Show what was done with the connections", Long: auditLong, Args: cobra.NoArgs,
		Example: `  linkstep audit --since 7d
  linkstep audit --connection me --limit 10 --json
  linkstep audit --member urn:li:person:dyLyRENc09`,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.audit(cmd.Context(), &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.connection, "connection", "", "only of the connection of this name, which need not exist any more")
	flags.StringVar(&f.member, "member", "", "only about the member with this `URN`")
	flags.StringVar(&f.since, "since", "", "only from this `time` on: 12h, 7d, 2026-11-24 or 2026-11-24T12:00:00Z")
	flags.IntVar(&f.limit, "limit", 100, "at most so many rows")
	a.completeConnectionFlag(cmd)
	_ = cmd.RegisterFlagCompletionFunc("member", a.completeMembers)
	return cmd
}

// auditView is a row in the output of linkstep audit.
type auditView struct {
	At         time.Time `json:"at"`
	Host       string    `json:"host"`
	Connection string    `json:"connection"`
	Action     string    `json:"action"`
	Members    int       `json:"members"` // whose data it was
	Purpose    string    `json:"purpose"`
	Outcome    string    `json:"outcome"` // ok, or the kind of the error
}

func (a *app) audit(ctx context.Context, f *auditFlags) error {
	since, err := parseSince(f.since, time.Now())
	if err != nil {
		return err
	}
	if f.limit < 1 || f.limit > auditLimit {
		return usagef("--limit %d: it is from 1 to %d", f.limit, auditLimit)
	}
	if err := checkMember(f.member); f.member != "" && err != nil {
		return err
	}
	var rows []store.AuditRow
	err = a.withOpened(ctx, func(_ *store.Store, t *trail) (err error) {
		rows, err = t.opened().Read(ctx, &store.AuditFilter{Since: since, Connection: f.connection, Subject: f.member, Limit: f.limit})
		return err
	})
	if err != nil {
		return err
	}
	views := auditViews(rows)
	if a.json {
		return a.writeJSON(map[string]any{"output": map[string]any{"entries": views}})
	}
	if len(views) == 0 {
		fmt.Fprint(a.err, "There is no such entry.\n")
		return nil
	}
	return a.table("TIME\tHOST\tCONNECTION\tACTION\tMEMBERS\tOUTCOME\tPURPOSE", func(row func(...any)) {
		for _, v := range views {
			row(v.At.Format(time.RFC3339), plain(v.Host), v.Connection, v.Action, v.Members, v.Outcome, plain(v.Purpose))
		}
	})
}

func auditViews(rows []store.AuditRow) []auditView {
	views := []auditView{}
	for _, r := range rows {
		views = append(views, auditView{r.At, r.Host, r.Connection, r.Action, len(r.Subjects), r.Purpose, r.Outcome})
	}
	return views
}

// parseSince reads a moment, or how long ago it was. Empty is the zero time.
func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if age, ok := parseDays(text); ok {
		return now.Add(-age), nil
	}
	if age, err := time.ParseDuration(text); err == nil && age >= 0 {
		return now.Add(-age), nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("--since %q: write it like 12h, 7d, 2026-11-24 or 2026-11-24T12:00:00Z", text)
}

// checkMember refuses what cannot name a member in the trail.
func checkMember(urn string) error {
	if !strings.HasPrefix(urn, "urn:") || len(urn) > 1000 || plain(urn) != urn {
		return usagef("--member %q: it is a URN, for example urn:li:person:dyLyRENc09", urn)
	}
	return nil
}

// plain makes a text of somebody else one that can stand in a line of a
// terminal.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}
