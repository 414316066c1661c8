package main

import (
	"cmp"
	"time"

	"github.com/linkstep/linkstep/plugin"
)

// checkView is what a plugin said of a connection, and what it means for a
// person.
type checkView struct{ *plugin.CheckResponse }

// needsPerson reports whether a connection does not work and no program can
// mend it.
func (c *checkView) needsPerson() bool {
	for _, d := range c.Diagnostics {
		if d.Severity == plugin.Failure {
			return true
		}
	}
	return !c.Token.Present
}

// endsSoon reports whether a person has to log in again within ten days.
func (c *checkView) endsSoon() bool {
	left := c.Token.DaysLeft
	if c.Token.Refreshable {
		left = c.Token.RefreshDaysLeft
	}
	return c.Token.Present && left != nil && *left < endsSoonDays
}

// known is the account as it was just read, or as the host keeps it.
func (c *checkView) known(kept plugin.Account) plugin.Account {
	return plugin.Account{
		ID: cmp.Or(c.Account.ID, kept.ID), URN: cmp.Or(c.Account.URN, kept.URN), Name: cmp.Or(c.Account.Name, kept.Name),
	}
}

// accessLeft says how long the access token lasts.
func (c *checkView) accessLeft() string {
	if !c.Token.Present {
		return "none"
	}
	words := daysWords(c.Token.DaysLeft)
	if c.Token.Assumed {
		words += " (assumed)"
	}
	return words
}

// refreshLeft says how long the access is renewed by itself.
func (c *checkView) refreshLeft() string {
	if !c.Token.Refreshable {
		return "none"
	}
	return daysWords(c.Token.RefreshDaysLeft)
}

// apiWords says how long the vendor serves the API version.
func (c *checkView) apiWords() string {
	switch {
	case c.API.Version == "":
		return "-"
	case c.API.Sunset == "":
		return c.API.Version
	}
	return c.API.Version + " until " + c.API.Sunset
}

// tokenWords says both in a sentence.
func (c *checkView) tokenWords() string {
	t := &c.Token
	if !t.Present {
		return "none: connect again"
	}
	words := "valid"
	if t.ExpiresAt != nil {
		words = "until " + until(*t.ExpiresAt, t.DaysLeft)
	}
	if t.Assumed {
		words += ", which is assumed"
	}
	switch {
	case t.Refreshable && t.RefreshExpiresAt != nil:
		words += ", refreshed by itself until " + until(*t.RefreshExpiresAt, t.RefreshDaysLeft)
	case t.Refreshable:
		words += ", refreshed by itself"
	case t.WhyNot != "":
		words += ", not refreshable: " + t.WhyNot
	}
	return words
}

func until(t time.Time, days *int) string {
	words := t.UTC().Format(time.RFC3339)
	if days != nil {
		words += " (" + daysWords(days) + " left)"
	}
	return words
}

func daysWords(days *int) string {
	if days == nil {
		return "not known"
	}
	return countOf(int64(*days), "day")
}
