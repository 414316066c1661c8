package connector

// PersonRef names a person in an input: an id such as "782bbtaQ", or its URN.
type PersonRef string

// PersonRefPattern is what a [PersonRef] looks like. Ids are seen with 8 to 10
// characters; LinkedIn promises no length.
const PersonRefPattern = `^(urn:li:person:)?[A-Za-z0-9_-]{1,100}$`
