package serve

// MainWithin is [Main] with another time for the calls in flight.
var MainWithin = run
