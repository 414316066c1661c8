package people

import "strings"

// culture is a language with names that are usual in it.
type culture struct {
	locale      string
	familyFirst bool
	given       []name
	family      []name
	titles      map[string]string // English title to the local one, where the tables have one
	at          string            // puts title and company together: "%t at %c"
}

// name is a name as its bearer writes it, and in plain Latin letters for addresses.
type name struct {
	own   string
	latin string
}

// names reads a table of names separated by spaces. A name in another script or with marks carries
// its plain Latin form after a slash: Søren/Soren. An underscore stands for a space.
func names(table string) []name {
	var all []name
	for _, entry := range strings.Fields(table) {
		own, latin, found := strings.Cut(strings.ReplaceAll(entry, "_", " "), "/")
		if !found {
			latin = own
		}
		all = append(all, name{own: own, latin: latin})
	}
	return all
}

// pairs reads a table of titles, one a line: English = local.
func pairs(table string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(table) {
		if english, local, found := strings.Cut(line, "="); found {
			all[strings.TrimSpace(english)] = strings.TrimSpace(local)
		}
	}
	return all
}

// cultures returns the tables. The order is part of what a seed means: append only.
func cultures() []culture {
	return append(append(latinCultures(), easternCultures()...), asianCultures()...)
}
