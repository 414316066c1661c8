package sandbox

import "time"

// errorFixtures are 48 to 76.
func errorFixtures() []fixture {
	return []fixture{
		{number: 48, name: "err_401_empty", answer: failing(emptyToken)},
		{number: 49, name: "err_401_invalid", answer: failing(badToken)},
		{number: 50, name: "err_401_revoked", answer: failing(revoked)},
		{number: 51, name: "err_401_expired", answer: failing(expired)},
		{number: 52, name: "err_401_fresh_token", answer: failing(revoked)},
		{number: 53, name: "err_403_scope", answer: failing(denied(meResource, "GET", "NO_VERSION"))},
		{number: 54, name: "err_403_scope_old", answer: failing(apiError{Status: 403, ServiceErrorCode: 100,
			Message: "Not enough permissions to access: GET /me"})},
		{number: 55, name: "err_403_unpermitted_field", answer: failing(unpermitted("birthDate"))},
		{number: 56, name: "err_400_version_missing", answer: failing(versionMissing)},
		{number: 57, name: "err_426_version", answer: failing(versionInactive("202504"))},
		{number: 58, name: "err_400_path_syntax", answer: failing(pathSyntax)},
		{number: 59, name: "err_400_query_param", answer: failing(unknownParam("whatever"))},
		{number: 60, name: "err_400_param_invalid", answer: failing(badParam("ids"))},
		{number: 61, name: "err_404_route", answer: failing(noResource)},
		{number: 62, name: "err_405", answer: failing(badMethod)},
		{number: 63, name: "err_411", answer: failing(lengthNeeded)},
		{number: 64, name: "err_414", answer: failing(tooLong)},
		{number: 65, name: "err_409", answer: failing(apiError{Status: 409, Code: "CONFLICT", Message: "Write Conflict"})},
		{number: 66, name: "err_412", answer: failing(apiError{Status: 412, Code: "PRECONDITION_FAILED", Message: "HTTP precondition header failed"})},
		{number: 67, name: "err_422_duplicate", answer: failing(apiError{Status: 422, Code: "DUPLICATE_POST",
			Message: "Content is a duplicate of urn:li:share:6844785523593134080"})},
		{number: 68, name: "err_429_app_day", answer: failing(appDay)},
		{number: 69, name: "err_429_member_day", answer: failing(memberDay)},
		{number: 70, name: "err_429_burst", answer: failing(burst)},
		{number: 71, name: "err_500_json", answer: failing(internalError)},
		{number: 72, name: "err_503_html", answer: answering(usualFailure(503))},
		{number: 73, name: "err_504_empty", answer: answering(reply{status: 504})},
		{number: 74, name: "connection_reset", damage: Fault{Reset: true}},
		{number: 75, name: "slow_body", damage: Fault{Drip: 100 * time.Millisecond}},
		{number: 76, name: "truncated_json", damage: Fault{Truncate: true}},
	}
}

// answering gives a fixed answer.
func answering(r reply) answerFunc {
	return func(*Server, Request, reply) reply {
		return reply{status: r.status, header: r.header.Clone(), body: r.body}
	}
}
