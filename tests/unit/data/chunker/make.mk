CC := gcc
# Builds.
all: main.o util.o
	$(CC) -o app $^
.PHONY: clean
clean:
	rm -f *.o
define FOO
bar
endef
