package sandbox

// limitBody is a daily limit in JSON.
type limitBody struct {
	Endpoint    string `json:"endpoint"`
	Application int64  `json:"application"` // calls a UTC day; 0 means no limit, -1 none at all
	Member      int64  `json:"member"`
}

func (a *adminCall) limits() (any, error) {
	q := a.server.quotas
	q.mu.Lock()
	defer q.mu.Unlock()
	all := []limitBody{}
	for _, endpoint := range append([]string{AllEndpoints}, resources()...) {
		if l := q.limits[endpoint]; l != (limit{}) {
			all = append(all, limitBody{endpoint, l.application, l.member})
		}
	}
	return all, nil
}

func (a *adminCall) setLimit() (any, error) {
	var body limitBody
	if err := a.decode(&body); err != nil {
		return nil, err
	}
	if err := a.server.SetLimit(body.Endpoint, body.Application, body.Member); err != nil {
		return nil, err
	}
	return a.limits()
}

func (a *adminCall) setBurst() (any, error) {
	var body struct {
		CallsPerSecond int64 `json:"calls_per_second"` // 0 means any number
	}
	if err := a.decode(&body); err != nil {
		return nil, err
	}
	a.server.SetBurst(body.CallsPerSecond)
	return body, nil
}

func (a *adminCall) setQuirks() (any, error) {
	var body Quirks
	if err := a.decode(&body); err != nil {
		return nil, err
	}
	a.server.SetQuirks(body)
	return body, nil
}
