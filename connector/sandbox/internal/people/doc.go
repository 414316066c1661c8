// Package people invents the members of a LinkedIn. The same seed gives the same people, whatever
// their number, and none of them is anybody: names, companies and schools are put together by chance.
//
//	crowd := people.New(1, 10000)
//	found := crowd.Search(people.Query{Keywords: "software engineer"})
//
// Names come from two dozen languages in a dozen scripts, because that is what breaks clients.
package people
