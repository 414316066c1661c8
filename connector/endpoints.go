package connector

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/linkstep/linkstep/connector/quota"
	"github.com/linkstep/linkstep/connector/restli"
	"github.com/linkstep/linkstep/plugin"
)

// endpoints are what an action may call, as the quota overview names it; with
// an empty name all that the connector may.
func (s *Settings) endpoints(action string) []string {
	connections := restli.Call{Method: restli.Finder, Path: pathConnections, Name: finderConnections}
	var names []string
	for _, c := range []struct {
		action string // empty: a deep check
		call   restli.Call
	}{
		{"", restli.Call{Method: restli.Get, Path: "/rest/me", Version: s.APIVersion}},
		{"get_profile", restli.Call{Method: restli.Get, Path: endpointUserinfo}},
		{"get_profile", restli.Call{Method: restli.Get, Path: endpointMe}},
		{"get_person", restli.Call{Method: restli.Get, Path: pathPeople, Key: restli.String("id")}},
		{actionBatch, restli.Call{Method: restli.BatchGet, Path: pathPeople, Keys: []restli.Value{restli.String("id")}}},
		{searchPeopleName, restli.Call{Method: restli.Finder, Path: s.Search.Path, Name: s.Search.Finder, Version: s.APIVersion}},
		{"list_connections", connections},
		{"count_connections", connections},
	} {
		if action != "" && action != c.action {
			continue
		}
		if req, err := restli.NewRequest(context.Background(), "https://"+apiHost, &c.call); err == nil {
			names = append(names, quota.Endpoint(req))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// limitRemarks warns of limits for endpoints that nothing calls: they are
// misspelt, and hold nothing back.
func (s *Settings) limitRemarks() []plugin.Diagnostic {
	var remarks []plugin.Diagnostic
	known := append([]string{quota.AllEndpoints}, s.endpoints("")...)
	for i, l := range s.Limits {
		if slices.Contains(known, l.Endpoint) {
			continue
		}
		remarks = append(remarks, plugin.Diagnostic{
			Severity: plugin.Warning, Pointer: fmt.Sprintf("/limits/%d/endpoint", i),
			Message: fmt.Sprintf("no action calls the endpoint %q, so its limit holds nothing back", l.Endpoint),
			Hint:    "Did you mean " + nearest(l.Endpoint, known) + "? These are called: " + strings.Join(known[1:], ", ") + ". * is all together.",
		})
	}
	return remarks
}

// nearest is the name that shares most pairs of neighbouring letters with a
// misspelt one, for its own length.
func nearest(name string, known []string) string {
	pairs := func(s string) map[string]bool {
		s = strings.ToLower(s)
		all := make(map[string]bool)
		for i := range max(len(s)-1, 0) {
			all[s[i:i+2]] = true
		}
		return all
	}
	asked, best, most := pairs(name), known[0], 0.0
	for _, k := range known {
		shared, its := 0, pairs(k)
		for p := range its {
			if asked[p] {
				shared++
			}
		}
		if share := float64(shared) / float64(len(asked)+len(its)+1); share > most {
			best, most = k, share
		}
	}
	return best
}
