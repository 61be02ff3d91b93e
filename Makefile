.PHONY: help demo verify format quick tools soak bench
help: ## what you can do
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12
demo: ## live a product's whole life on real mail
	./espalier demo
verify: ## every test and check
	./mvnw -B verify
format: ## format the Java sources
	./mvnw -q -B spotless:apply
quick: ## tests of one stage and what it needs: make quick STAGE=canvas
	./mvnw -q -B -pl $(STAGE) -am test
tools: ## install what the browser tests need
	config/install-tools.sh
soak: ## kill the whole process 50 times instead of 20
	./mvnw -B -P soak -pl server -am test -DskipUi -Dtest=ProcessKillTest
bench: ## measure, and write docs/benchmarks.md
	./mvnw -q -B -DskipTests package && bench/run
