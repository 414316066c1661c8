package sandbox

import (
	"fmt"
	"net/http"
)

// The error bodies of the API, word for word as documented or captured. A text that nobody has seen
// is marked unverified.
var (
	emptyToken = apiError{Status: 401, ServiceErrorCode: 65604, Code: "EMPTY_ACCESS_TOKEN", Message: "Empty oauth2 access token"}
	badToken   = apiError{Status: 401, ServiceErrorCode: 65600, Code: "INVALID_ACCESS_TOKEN", Message: "Invalid access token"}
	revoked    = apiError{Status: 401, ServiceErrorCode: 65601, Code: "REVOKED_ACCESS_TOKEN", Message: "The token used in the request has been revoked by the user"}
	expired    = apiError{Status: 401, ServiceErrorCode: 65602, Code: "EXPIRED_ACCESS_TOKEN", Message: "The token used in the request has expired"}
	notBearer  = apiError{Status: 401, Message: "Unknown authentication scheme"} // unverified

	noResource   = apiError{Status: 404, Code: "RESOURCE_NOT_FOUND", Message: "No virtual resource found"}
	noEntity     = apiError{Status: 404, Code: "RESOURCE_NOT_FOUND", Message: "Could not find entity"}
	badMethod    = apiError{Status: 405, Code: "METHOD_NOT_ALLOWED", Message: "Method Not Allowed"}                     // unverified
	lengthNeeded = apiError{Status: 411, Message: "A Content-Length header is required"}                                // unverified
	tooLong      = apiError{Status: 414, Message: "Request URI Too Long"}                                               // unverified
	badTunnel    = apiError{Status: 400, Code: "PARAM_INVALID", Message: "Tunneled request has no usable Content-Type"} // unverified
	pathSyntax   = apiError{Status: 400, Code: "ILLEGAL_ARGUMENT", Message: "Syntax exception in path variables"}

	versionMissing = apiError{Status: 400, Code: "VERSION_MISSING", Message: "A version must be present. Please specify a version by adding the Linkedin-Version header."}

	appDay    = apiError{Status: 429, ServiceErrorCode: 101, Code: "TOO_MANY_REQUESTS", Message: "Resource level throttle APPLICATION DAY limit for calls to this resource is reached."}
	memberDay = apiError{Status: 429, ServiceErrorCode: 101, Code: "TOO_MANY_REQUESTS", Message: "Resource level throttle APPLICATION_AND_MEMBER DAY limit for calls to this resource is reached."}
	burst     = apiError{Status: 429, ServiceErrorCode: 101, Code: "TOO_MANY_REQUESTS", Message: "Resource level throttle limit for calls to this resource is reached."}

	internalError = apiError{Status: 500, Code: "INTERNAL_SERVER_ERROR", Message: "Internal Server Error"} // unverified

	hiddenMember = apiError{Status: 403, ServiceErrorCode: 100, Code: "ACCESS_DENIED", Message: "Not enough permissions to access: people.GET.NO_VERSION"}
)

// versionInactive refuses a version that is gone, not yet there or never was.
func versionInactive(version string) apiError {
	return apiError{Status: http.StatusUpgradeRequired, Code: "NONEXISTENT_VERSION",
		Message: fmt.Sprintf("Requested version %s01 is not active", version)}
}

// denied refuses a call for which the token lacks a scope or the application a product.
func denied(resource, method, version string) apiError {
	return apiError{Status: 403, ServiceErrorCode: 100, Code: "ACCESS_DENIED",
		Message: fmt.Sprintf("Not enough permissions to access: %s.%s.%s", resource, method, version)}
}

// unpermitted refuses a projection that names a field which the token may not see.
func unpermitted(field string) apiError {
	return apiError{Status: 403, ServiceErrorCode: 100, Code: "ACCESS_DENIED",
		Message: fmt.Sprintf("Unpermitted fields present in PARAMETER: Data Processing Exception while processing fields [/%s]", field)}
}

// badParam refuses the value of a parameter.
func badParam(name string) apiError {
	return apiError{Status: 400, Code: "PARAM_INVALID", Message: fmt.Sprintf("Parameter '%s' is invalid", name)}
}

// noParam refuses a call that lacks a parameter.
func noParam(name string) apiError {
	return apiError{Status: 400, Code: "PARAM_INVALID", Message: fmt.Sprintf("Parameter '%s' is required", name)}
}

// unknownParam refuses a parameter that a versioned finder does not have.
func unknownParam(name string) apiError {
	return apiError{Status: 400, Code: "QUERY_PARAM_NOT_ALLOWED", Message: fmt.Sprintf("Query parameter '%s' is not allowed", name)} // unverified
}

// throttledField stands in the place of a decoration that is over its own limit.
func throttledField() *apiError {
	return &apiError{Status: burst.Status, ServiceErrorCode: burst.ServiceErrorCode, Message: burst.Message}
}
