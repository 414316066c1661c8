package sandbox

import (
	"errors"
	"net/http"
	"time"
)

// faultBody is a [Fault] in JSON.
type faultBody struct {
	Method   string            `json:"method,omitempty"`
	Path     string            `json:"path,omitempty"`
	Times    int               `json:"times,omitempty"`
	Fixture  string            `json:"fixture,omitempty"`
	Status   int               `json:"status,omitempty"`
	Body     string            `json:"body,omitempty"`
	Header   map[string]string `json:"header,omitempty"`
	StallMS  float64           `json:"stall_ms,omitempty"`
	DripMS   float64           `json:"drip_ms,omitempty"`
	Reset    bool              `json:"reset,omitempty"`
	Truncate bool              `json:"truncate,omitempty"`
}

func (b *faultBody) fault() Fault {
	f := Fault{
		Method: b.Method, Path: b.Path, Times: b.Times, Fixture: b.Fixture, Status: b.Status, Body: b.Body,
		Stall: milliseconds(b.StallMS), Drip: milliseconds(b.DripMS), Reset: b.Reset, Truncate: b.Truncate,
	}
	for name, value := range b.Header {
		if f.Header == nil {
			f.Header = http.Header{}
		}
		f.Header.Set(name, value)
	}
	return f
}

func (f *Fault) toBody() faultBody {
	b := faultBody{
		Method: f.Method, Path: f.Path, Times: f.Times, Fixture: f.Fixture, Status: f.Status, Body: f.Body,
		StallMS: float64(f.Stall) / float64(time.Millisecond), DripMS: float64(f.Drip) / float64(time.Millisecond),
		Reset: f.Reset, Truncate: f.Truncate,
	}
	for name := range f.Header {
		if b.Header == nil {
			b.Header = map[string]string{}
		}
		b.Header[name] = f.Header.Get(name)
	}
	return b
}

func (a *adminCall) faults() (any, error) {
	all := []faultBody{}
	for _, f := range a.server.Faults() {
		all = append(all, f.toBody())
	}
	return all, nil
}

func (a *adminCall) addFault() (any, error) {
	var body faultBody
	if err := a.decode(&body); err != nil {
		return nil, err
	}
	if body.Status != 0 && (body.Status < 200 || body.Status > 999) {
		return nil, errors.New("body: status must be from 200 to 999")
	}
	if err := a.server.Fail(body.fault()); err != nil {
		return nil, err
	}
	return a.faults()
}
