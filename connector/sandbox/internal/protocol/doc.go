// Package protocol reads Rest.li URLs the way LinkedIn's gateway does: strictly.
//
//	query, err := protocol.ParseQuery("ids=List((id:A1),(id:B2))", protocol.V2)
//	ids := query.Get("ids").Items
//
// It is the judge of what a client sends, so it shares no code with connector/restli, which encodes:
// an encoder and a judge made of the same parts would err together. It decodes only; the two
// encodings it writes, of batch keys and of page links, are for answers.
package protocol
