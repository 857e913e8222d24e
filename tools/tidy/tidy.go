// Tidy holds the rules of the house style that a program can hold. It reads the tree below the
// current folder and prints one line for each broken rule:
//
//	FILE:LINE: what was found: want what was wanted
//
// The rules, by file:
//
//	size.go     files to 700 lines, functions to 70, lines to 100 columns
//	memory.go   unsafe and assembly: where, and explained by SAFETY; sync/atomic explained by
//	            ORDER; build tags: where
//	state.go    nothing happens at import: no init, no variable that changes
//	text.go     no unfinished work, no paths of one machine, no code cited by line number
//	comment.go  the package comment stands in the file named after the package
package main

import (
	"fmt"
	"os"
)

var rules = []func(*tree){
	checkSizes,
	checkUnsafe,
	checkAssembly,
	checkAtomics,
	checkBuildTags,
	checkInit,
	checkVariables,
	checkText,
	checkPackageComments,
}

func main() {
	findings, err := check(os.DirFS("."))
	for _, f := range findings {
		fmt.Println(f)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil || len(findings) > 0 {
		os.Exit(1)
	}
}
