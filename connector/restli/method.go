package restli

import "net/http"

// Method is a Rest.li method, in the spelling of the X-RestLi-Method header.
type Method string

// The methods of the protocol, each with the URL it makes of the fields of a [Call].
const (
	Get                Method = "get"                  // GET /path/key
	BatchGet           Method = "batch_get"            // GET /path?ids=List(keys)
	GetAll             Method = "get_all"              // GET /path
	Finder             Method = "finder"               // GET /path?q=name
	BatchFinder        Method = "batch_finder"         // GET /path?bq=name
	Create             Method = "create"               // POST /path
	BatchCreate        Method = "batch_create"         // POST /path
	Update             Method = "update"               // PUT /path/key
	BatchUpdate        Method = "batch_update"         // PUT /path?ids=List(keys)
	PartialUpdate      Method = "partial_update"       // POST /path/key
	BatchPartialUpdate Method = "batch_partial_update" // POST /path?ids=List(keys)
	Delete             Method = "delete"               // DELETE /path/key
	BatchDelete        Method = "batch_delete"         // DELETE /path?ids=List(keys)
	Action             Method = "action"               // POST /path?action=name, or /path/key?action=name
)

// need says whether a method takes something.
type need int

const (
	never need = iota
	optional
	required
)

// shape is how a method is put on HTTP.
type shape struct {
	http string // HTTP method
	name string // parameter that carries Call.Name; "" when there is none
	key  need   // a single key in the path
	keys bool   // keys in the parameter ids
	body need
}

// shapes is the table of the protocol. A singleton such as /v2/me is read without a key, and a finder of an association has the
// known part of the key in its path.
var shapes = map[Method]shape{
	Get:                {http: http.MethodGet, key: optional},
	BatchGet:           {http: http.MethodGet, keys: true},
	GetAll:             {http: http.MethodGet},
	Finder:             {http: http.MethodGet, name: "q", key: optional},
	BatchFinder:        {http: http.MethodGet, name: "bq"},
	Create:             {http: http.MethodPost, body: required},
	BatchCreate:        {http: http.MethodPost, body: required},
	Update:             {http: http.MethodPut, key: optional, body: required},
	BatchUpdate:        {http: http.MethodPut, keys: true, body: required},
	PartialUpdate:      {http: http.MethodPost, key: optional, body: required},
	BatchPartialUpdate: {http: http.MethodPost, keys: true, body: required},
	Delete:             {http: http.MethodDelete, key: optional},
	BatchDelete:        {http: http.MethodDelete, keys: true},
	Action:             {http: http.MethodPost, name: "action", key: optional, body: optional},
}

// HTTP returns the HTTP method that carries m, or "" when there is no such method.
func (m Method) HTTP() string { return shapes[m].http }
