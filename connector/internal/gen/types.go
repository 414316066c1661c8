package main

import (
	"github.com/linkstep/linkstep/connector"
	"github.com/linkstep/linkstep/plugin/schema"
)

// goTypes are the Go types behind the connector's schemas.
func goTypes() *schema.Types {
	return &schema.Types{
		Map:                 mapType,
		Settings:            connector.Settings{},
		SettingsDescription: "The settings of one LinkedIn account and the application that it logs in to.",
		Actions: map[string]schema.Pair{
			"get_profile":       {Input: connector.GetProfileInput{}, Output: connector.Profile{}},
			"search_people":     {Input: connector.SearchPeopleInput{}, Output: connector.SearchPeopleOutput{}},
			"get_person":        {Input: connector.GetPersonInput{}, Output: connector.Person{}},
			"get_people":        {Input: connector.GetPeopleInput{}, Output: connector.GetPeopleOutput{}},
			"list_connections":  {Input: connector.ListConnectionsInput{}, Output: connector.ListConnectionsOutput{}},
			"count_connections": {Input: connector.CountConnectionsInput{}, Output: connector.CountConnectionsOutput{}},
		},
	}
}
