// Command linkstep is the Linkstep host for people and for engines that start
// processes: it connects accounts, runs actions of connectors and shows what
// they cost. Results go to standard output, words for people to standard
// error; README.md shows it in use.
package main
