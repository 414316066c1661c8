package sandbox_test

import (
	"strings"
	"testing"
)

func TestTunnel(t *testing.T) {
	v := visit(t, nil)
	query := "q=People&keywords=" + strings.Repeat("%20", 2000) + "software&count=2"
	form := v.header()
	form.Set("X-Http-Method-Override", "GET")
	form.Set("Content-Type", "application/x-www-form-urlencoded")
	a := v.do("POST", "/v2/search/people", form, query)
	if total := a.json(t)["paging"].(map[string]any)["total"].(float64); a.Status != 200 || total < 60 {
		t.Errorf("tunnelled search: %d, total %v", a.Status, total)
	}
	last := v.server.Requests()[len(v.server.Requests())-1]
	if !last.Tunnelled || last.Query != query || last.RawQuery != "" {
		t.Errorf("the log has %.80q, tunnelled %v", last.Query, last.Tunnelled)
	}

	parts := form.Clone()
	parts.Set("Content-Type", "multipart/mixed; boundary=xyz")
	body := "--xyz\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nq=People&keywords=teacher\r\n" +
		"--xyz\r\nContent-Type: application/json\r\n\r\n{}\r\n--xyz--\r\n"
	if a := v.do("POST", "/v2/search/people", parts, body); a.Status != 200 {
		t.Errorf("multipart: %d %s", a.Status, a.Body)
	}
	form.Set("Content-Type", "application/json")
	if a := v.do("POST", "/v2/search/people", form, query); a.Status != 400 {
		t.Errorf("no usable content type: %d %s", a.Status, a.Body)
	}
}
