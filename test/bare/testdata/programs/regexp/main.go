// Regexp: matching, groups, replacing, and an expression that kills backtracking engines.
package main

import (
	"fmt"
	"regexp"
	"strings"
)

func main() {
	address := regexp.MustCompile(`(?P<user>[\w.]+)@(?P<host>[\w.]+\.(org|net))`)
	text := "write to a.b@skerry.org, or to root@example.net; not to nobody@nowhere"
	for _, m := range address.FindAllStringSubmatch(text, -1) {
		fmt.Printf("%q\n", m)
	}
	fmt.Println(address.ReplaceAllString(text, "${host} of ${user}"))
	slow := regexp.MustCompile(`^(a+)+$`)
	fmt.Println(slow.MatchString(strings.Repeat("a", 10000) + "b"))
	count := 0
	for range regexp.MustCompile(`\b\p{Ll}{4}\b`).FindAllString(strings.Repeat(text, 500), -1) {
		count++
	}
	fmt.Println(count)
}
