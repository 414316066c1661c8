// Package plugintest has a connector that does what a test asks of it, and a
// store in memory.
package plugintest
