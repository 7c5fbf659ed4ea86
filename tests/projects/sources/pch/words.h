#pragma once

/* How often each word occurs in a text. */
using Counts = std::map<std::string, int>;

Counts count(const std::string &text);

/* The words, the most frequent first. */
std::vector<std::string> order(const Counts &counts);
