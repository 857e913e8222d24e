package main

import (
	"path"
	"slices"
	"strings"
)

// checkPackageComments asks that the comment of package p stands in p.go and nowhere else. For a
// command the file is main.go or named after the folder; in a folder with tests only, p_test.go.
func checkPackageComments(t *tree) {
	folders := map[string][]*file{}
	for f := range t.in("Go") {
		folders[path.Dir(f.path)] = append(folders[path.Dir(f.path)], f)
	}
	for folder, files := range folders {
		homes := commentHomes(folder, files)
		commented := false
		for _, f := range files {
			atHome := slices.Contains(homes, path.Base(f.path))
			has := strings.TrimSpace(f.syntax.Doc.Text()) != ""
			commented = commented || atHome && has
			if has && !atHome && !f.isTest() {
				t.refuse(f, t.line(f.syntax.Package), "package comment",
					"it in "+strings.Join(homes, " or "))
			}
		}
		if !commented {
			t.refuse(files[0], t.line(files[0].syntax.Package), "package without a comment",
				"one in "+strings.Join(homes, " or "))
		}
	}
}

func commentHomes(folder string, files []*file) []string {
	for _, f := range files {
		switch name := f.syntax.Name.Name; {
		case f.isTest():
		case name == "main":
			return []string{path.Base(folder) + ".go", "main.go"}
		default:
			return []string{name + ".go"}
		}
	}
	return []string{strings.TrimSuffix(files[0].syntax.Name.Name, "_test") + "_test.go"}
}
