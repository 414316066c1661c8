package main

import "github.com/linkstep/linkstep/connector"

// typePair is an action's input and output.
type typePair struct{ input, output any }

// actionTypes are the Go types behind the actions' schemas.
func actionTypes() map[string]typePair {
	return map[string]typePair{
		"get_profile":       {connector.GetProfileInput{}, connector.Profile{}},
		"search_people":     {connector.SearchPeopleInput{}, connector.SearchPeopleOutput{}},
		"get_person":        {connector.GetPersonInput{}, connector.Person{}},
		"get_people":        {connector.GetPeopleInput{}, connector.GetPeopleOutput{}},
		"list_connections":  {connector.ListConnectionsInput{}, connector.ListConnectionsOutput{}},
		"count_connections": {connector.CountConnectionsInput{}, connector.CountConnectionsOutput{}},
	}
}
