package restli_test

import (
	"context"
	"fmt"

	"github.com/linkstep/linkstep/connector/restli"
)

func Example() {
	req, err := restli.NewRequest(context.Background(), "https://api.linkedin.com", &restli.Call{
		Method: restli.Finder,
		Path:   "/v2/search/people",
		Name:   "People",
		Query: restli.Query{
			{Name: "keywords", Value: restli.String(`R&D (Köln), "C++": 100%`)},
			{Name: "count", Value: restli.Int(25)},
			{Name: "projection", Value: restli.String("(elements*(entity~(id,localizedFirstName)),paging)")},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(req.Method, req.URL)
	fmt.Println(req.Header.Get("X-Restli-Protocol-Version"), req.Header.Get("X-RestLi-Method"))
	// Output:
	// GET https://api.linkedin.com/v2/search/people?q=People&keywords=R%26D%20%28K%C3%B6ln%29%2C%20%22C%2B%2B%22%3A%20100%25&count=25&projection=(elements*(entity~(id,localizedFirstName)),paging)
	// 2.0.0 finder
}

func ExampleKey() {
	person := restli.Key("id", restli.String("AbC-1"))
	role := restli.Key("member", restli.String("urn:li:person:123")).With("account", restli.String("urn:li:account:234"))
	fmt.Println("/v2/people/" + restli.Encode(person))
	fmt.Println("/accountRoles/" + restli.Encode(role))
	fmt.Println(restli.ID(person))
	// Output:
	// /v2/people/(id:AbC-1)
	// /accountRoles/(member:urn%3Ali%3Aperson%3A123,account:urn%3Ali%3Aaccount%3A234)
	// AbC-1
}

func ExampleDecodeBatch() {
	type person struct{ LocalizedFirstName string }
	batch, err := restli.DecodeBatch[person]([]byte(`{
		"results": {"(id:A1)": {"localizedFirstName": "Ada"}},
		"statuses": {"(id:A1)": 200, "(id:B2)": 404},
		"errors": {"(id:B2)": {"status": 404, "code": "RESOURCE_NOT_FOUND", "message": "Could not find entity"}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, id := range []string{"A1", "B2"} {
		p, err := batch.Get(id)
		fmt.Println(id, batch.Status(id), p.LocalizedFirstName, err)
	}
	// Output:
	// A1 200 Ada <nil>
	// B2 404  LinkedIn answered 404 RESOURCE_NOT_FOUND: Could not find entity
}

func ExamplePager() {
	replies := []string{
		`{"elements":[1,2],"paging":{"start":0,"count":2,"total":3,"links":[{"rel":"next","href":"/v2/x?q=z&sort=y&start=2&count=2"}]}}`,
		`{"elements":[3],"paging":{"start":2,"count":2,"total":3,"links":[]}}`,
	}
	pager := restli.NewPager(restli.Query{{Name: "sort", Value: restli.String("y")}}, &restli.PagerOptions{Count: 2})
	for _, reply := range replies {
		fmt.Println(pager.Query().Encode())
		page, err := restli.DecodeCollection([]byte(reply))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%d elements, stop: %q\n", len(page.Elements), pager.Advance(page))
	}
	// Output:
	// sort=y&start=0&count=2
	// 2 elements, stop: ""
	// sort=y&start=2&count=2
	// 1 elements, stop: "total"
}
